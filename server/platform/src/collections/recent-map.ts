// What is remembered of the latest so many: forgetting costs the same at any size, and memory is taken as it fills.
import { LRUCache } from "lru-cache";

export type RecentMap<Key extends {}, Value extends {}> = LRUCache<Key, Value>;

/** Beyond `most` entries the one that was neither read nor set for longest is forgotten. */
export function recentMap<Key extends {}, Value extends {}>(most: number): RecentMap<Key, Value> {
  // By `max` the library would set the room for all of them aside at once.
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1 });
}
