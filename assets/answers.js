/* The answers of Clew to a script's requests: their JSON, and the message of a refusal. */

/** @type {(value: unknown) => value is Record<string, unknown>} */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Returns the message of a refusal's JSON, which is `message` or `error`; "" where it has none, as a proxy's page.
 * @type {(content: unknown) => string} */
function messageOf(content) {
  const { message, error } = isObject(content) ? content : {};
  return [message, error].find((one) => typeof one === "string" && one !== "")?.toString() ?? "";
}

/** Is thrown for a refused request, with the server's message, or its status. */
class RefusedAnswer extends Error {
  /**
   * @param {number} status
   * @param {string} message "" where the server sends none
   */
  constructor(status, message) {
    super(message || `HTTP ${status}`);
    this.status = status;
  }
}

/** Returns the JSON of an answer; throws an error with the server's message where it refuses, or sends no JSON, and an
    AbortError where the request was aborted meanwhile.
 * @type {(response: Response) => Promise<unknown>} */
async function contentOf(response) {
  const content = await response.json().catch((error) => {
    if (error instanceof Error && error.name === "AbortError") throw error;
    return null;
  });
  if (response.ok && content) return content;
  throw new RefusedAnswer(response.status, messageOf(content));
}

export { contentOf, isObject, messageOf };
