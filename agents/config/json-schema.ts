/** The JSON schema of the file of settings, for editors. */
import { z } from "zod";
import { settingsSchema } from "./schema.ts";

/** The text of `docs/arbiter.schema.json`. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(settingsSchema, { io: "input" }), null, 2)}\n`;
}
