// What a request to the resource API ended with when it did not end well.
import { z } from "zod";

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

export const statusSchema = z.looseObject({
  kind: z.literal("Status"),
  status: z.string().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
  code: z.number().optional(),
  details: z
    .looseObject({
      causes: z
        .array(
          z.looseObject({
            reason: z.string().optional(),
            message: z.string().optional(),
            field: z.string().optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type Status = z.infer<typeof statusSchema>;

/** A request that failed. `code` is API; the text is a sentence for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  /** Kubernetes' reason, such as `AlreadyExists`; empty when no server answered. */
  readonly reason: string;
  /** The server's Status object, when it sent one. */
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
  const parsed = statusSchema.safeParse(body);
  const status = parsed.success ? parsed.data : undefined;
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
