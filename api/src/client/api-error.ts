// What a request to the resource API ended with when it did not end well.

export type ApiErrorCode =
  | "not-found"
  | "already-exists"
  | "conflict"
  /** The version or page asked for is no longer kept. */
  | "gone"
  | "invalid"
  | "unauthorized"
  | "forbidden"
  /** The server answered, but refused for another reason; see `reason`. */
  | "refused"
  /** No answer, or a server that cannot work now: trying again may help. */
  | "unavailable";

/** Of Kubernetes' Status object, what its readers use. */
export type Status = {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly causes: readonly StatusCause[];
};
export type StatusCause = { readonly reason?: string; readonly message?: string; readonly field?: string };

/** @returns Undefined where it is none. What has not its own type in it is left out: any program may have sent it. */
export function readStatus(body: unknown): Status | undefined {
  const members = membersOf(body);
  if (members.kind !== "Status") return undefined;
  const { causes } = membersOf(members.details);
  return {
    ...textsOf(members, ["message", "reason"]),
    ...(typeof members.code === "number" && { code: members.code }),
    causes: Array.isArray(causes)
      ? causes.map((cause) => textsOf(membersOf(cause), ["reason", "message", "field"]))
      : [],
  };
}

type Members = { readonly [name: string]: unknown };

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textsOf<Name extends string>(members: Members, names: readonly Name[]): { [N in Name]?: string } {
  const texts: { [N in Name]?: string } = {};
  for (const name of names) {
    const text = members[name];
    if (typeof text === "string") texts[name] = text;
  }
  return texts;
}

/** A request that failed. `code` is API; the text is a sentence for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  /** Kubernetes' reason, such as `AlreadyExists`; empty when no server answered. */
  readonly reason: string;
  /** What the server said of it, when it sent a Status. */
  readonly status: Status | undefined;
  constructor(code: ApiErrorCode, message: string, options: ErrorOptions & { reason?: string; status?: Status } = {}) {
    super(message, options);
    this.code = code;
    this.reason = options.reason ?? "";
    this.status = options.status;
  }
}

/**
 * @param body A Status; or a text, as a server sends that is asked in another protocol, of which the first line is told.
 * @param asked What was tried: `GET http://127.0.0.1:7480/apis/…`.
 */
export function toApiError(httpStatus: number, body: unknown, asked: string): ApiError {
  const status = readStatus(body);
  const reason = status?.reason ?? "";
  const message = status?.message ?? `${asked} was answered with HTTP ${httpStatus}${firstLine(body)}`;
  return new ApiError(codeOf(status?.code ?? httpStatus, reason), message, { reason, ...(status && { status }) });
}

function firstLine(body: unknown): string {
  const line =
    typeof body === "string"
      ? (/[^\s<][^\r\n]{0,199}/.exec(body.trimStart().startsWith("<") ? "" : body)?.[0] ?? "")
      : "";
  return line === "" ? "" : `: ${line}`;
}

function codeOf(httpStatus: number, reason: string): ApiErrorCode {
  if (reason === "AlreadyExists") return "already-exists";
  if (httpStatus >= 500 || httpStatus === 429) return "unavailable";
  const codes = new Map<number, ApiErrorCode>([
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not-found"],
    [409, "conflict"],
    [410, "gone"],
    [422, "invalid"],
  ]);
  return codes.get(httpStatus) ?? "refused";
}
