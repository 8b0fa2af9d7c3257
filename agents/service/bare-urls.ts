/** URLs in text, without what providers put their keys in. */

/** A URL up to its host, with what comes between and after: a user's password, path, query. */
const URLS = /\b(https?|wss?):\/\/(?:[^\s"'\\/@]*@)?([^\s"'\\/?#]+)(?:[/?#][^\s"'\\]*)?/gi;

/** The text, with only scheme and host of each URL. */
export function withBareUrls(text: string): string {
  return text.replace(URLS, "$1://$2/…");
}
