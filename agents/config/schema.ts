/** What each setting may be. */
import { z } from "zod";
import { SETTINGS } from "./settings.ts";

const PROTOCOLS = new Set(["http:", "https:", "ws:", "wss:"]);

function isEndpoint(text: string): boolean {
  return URL.canParse(text) && PROTOCOLS.has(new URL(text).protocol);
}

const text = z.string().min(1, "is empty");
const number = z.number("is no number");

/** An account, as 20 bytes in hexadecimal; as a type, what viem takes. */
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "is no address: 0x and 40 hexadecimal digits")
  .transform((value): `0x${string}` => value.toLowerCase() as `0x${string}`);

/** The file: an object with any of the settings. */
export const settingsSchema = z
  .strictObject({
    $schema: z.string().optional().describe("where this schema lies, for editors"),
    chainId: number.int("is no whole number").min(1, "is no chain's id").describe(SETTINGS.chainId.help).optional(),
    endpoints: z
      .array(z.string().refine(isEndpoint, "is no address of a node: http, https, ws or wss"))
      .min(1, "is empty")
      .describe(SETTINGS.endpoints.help)
      .optional(),
    privateEndpoint: z
      .url({ protocol: /^https?$/, error: "is no address of a node: http or https" })
      .describe(SETTINGS.privateEndpoint.help)
      .optional(),
    account: text
      .regex(
        /^(keystore|file|env|local|remote):.+$/,
        "takes keystore:FILE, file:FILE, env:NAME, remote:URL#ADDRESS or local:NUMBER",
      )
      .describe(SETTINGS.account.help)
      .optional(),
    passwordFile: text.describe(SETTINGS.passwordFile.help).optional(),
    deployment: text.describe(SETTINGS.deployment.help).optional(),
    deal: address.describe(SETTINGS.deal.help).optional(),
    module: text.describe(SETTINGS.module.help).optional(),
    convention: z
      .enum(["payload", "typed", "command"], "is payload, typed or command")
      .describe(SETTINGS.convention.help)
      .optional(),
    links: z
      .array(z.string().regex(/^[^=]+=.+$/, "takes NAME=FILE"))
      .describe(SETTINGS.links.help)
      .optional(),
    allowMissingImports: z.boolean("is true or false").describe(SETTINGS.allowMissingImports.help).optional(),
    maxMemory: text.describe(SETTINGS.maxMemory.help).optional(),
    data: text.describe(SETTINGS.data.help).optional(),
    interval: number
      .min(0.05, "is below 0.05")
      .max(3600, "is above an hour")
      .describe(SETTINGS.interval.help)
      .optional(),
    healthPort: number
      .int("is no whole number")
      .min(0, "is no port")
      .max(65_535, "is no port")
      .describe(SETTINGS.healthPort.help)
      .optional(),
  })
  .describe("Settings of Arbiter's commands; the environment and flags go before them.");

/** Settings after their checks. */
export type SettingValues = Omit<z.output<typeof settingsSchema>, "$schema">;
