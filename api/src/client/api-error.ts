// Why a call of the resource API failed: the server's own words, or that it was not reached.

/** `code` is the server's reason (`NotFound`, `Conflict`, `Invalid`, …), or ours: `unreachable`, `bad-answer`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** Reads a Kubernetes Status object, or whatever else the server sent instead. */
export async function readApiError(response: Response, request: string): Promise<ApiError> {
  const text = await response.text();
  const status = parseStatus(text);
  const message = status?.message ?? (text.slice(0, 500) || response.statusText);
  return new ApiError(status?.reason ?? "bad-answer", response.status, `${request}: ${message}`);
}

function parseStatus(text: string): { message?: string; reason?: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
