// How long a lease lasts, and when a client begins to renew it.

/** Upstream's default: a week. */
const defaultLeaseSeconds = 604_800;
/** A lease without end (RFC 2131 §3.3). */
const endless = 0xffffffff;

/** The reservation's time, or a week where it says nothing usable: a lease of 0 s would be one that nobody can use. */
export function leaseSeconds(reserved: number | undefined): number {
  const usable = reserved !== undefined && Number.isInteger(reserved) && reserved > 0 && reserved <= endless;
  return usable ? reserved : defaultLeaseSeconds;
}

/** T1 and T2 in seconds, rounded down (RFC 2131 §4.4.5); undefined for a lease without end. */
export function renewalTimes(
  lease: number,
): { readonly renewSeconds: number; readonly rebindSeconds: number } | undefined {
  if (lease === endless) return undefined;
  return { renewSeconds: Math.floor(lease / 2), rebindSeconds: Math.floor(lease * 0.875) };
}
