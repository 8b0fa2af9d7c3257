/** Settings as they may be shown: an endpoint's address often has a key in it. */
import type { SettingName } from "./settings.ts";

const HIDDEN = "…";

/** The address of a node with nothing but what names its host. */
export function shownEndpoint(address: string): string {
  const url = new URL(address);
  const rest = url.pathname === "/" && url.search === "" && url.username === "" && url.password === "";
  return `${url.protocol}//${url.host}${rest ? "" : `/${HIDDEN}`}`;
}

/** A setting's value with its secrets hidden. */
export function shownValue(name: SettingName, value: unknown): unknown {
  if (name === "endpoints") return (value as readonly string[]).map(shownEndpoint);
  if (name === "privateEndpoint") return shownEndpoint(value as string);
  if (name === "account") {
    const [, address, signer] = /^remote:(.+)#(.+)$/.exec(value as string) ?? [];
    if (address !== undefined && signer !== undefined && URL.canParse(address))
      return `remote:${shownEndpoint(address)}#${signer}`;
  }
  return value;
}
