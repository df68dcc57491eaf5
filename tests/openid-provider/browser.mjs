// The system's browser with a person before it, for tests: follows redirects, keeps cookies, fills in the forms of the
// sign-in service, and ends where the client waits for it.
//
//   BROWSER=browser.mjs            node browser.mjs ADDRESS
//   BROWSER_LOGIN=ada              who signs in
//   BROWSER_DOES=signs-in          … or `refuses` (follows the link that aborts), or `leaves` (closes the page)
//   BROWSER_SAW=FILE               gets every address that was visited, and the text of the last page

import { appendFileSync } from 'node:fs';

const [address] = process.argv.slice(2);
const login = process.env.BROWSER_LOGIN ?? 'ada';
const does = process.env.BROWSER_DOES ?? 'signs-in';

/** By host name without port, as browsers do. */
const jar = new Map();

const saw = (line) => process.env.BROWSER_SAW && appendFileSync(process.env.BROWSER_SAW, `${line}\n`);

const remember = (url, response) => {
  for (const line of response.headers.getSetCookie()) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
    jar.set(`${url.hostname} ${path} ${name}`, { host: url.hostname, path, name, value });
  }
};

const cookies = (url) =>
  [...jar.values()]
    .filter((cookie) => cookie.host === url.hostname && url.pathname.startsWith(cookie.path) && cookie.value !== '')
    .map((cookie) => `${cookie.name}=${cookie.value}`)
    .join('; ');

/** One page, through all redirects. */
const visit = async (start, form) => {
  let url = new URL(start);
  let body = form;
  for (let redirects = 0; redirects < 20; redirects += 1) {
    saw(url.href);
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      body,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookies(url), 'user-agent': 'Mozilla/5.0 (test)' },
    });
    remember(url, response);
    const location = response.headers.get('location');
    const html = await response.text();
    if (response.status < 300 || response.status >= 400 || location === null) return { url, status: response.status, html };
    url = new URL(location, url);
    body = undefined;
  }
  throw new Error(`too many redirects, last to ${url}`);
};

const unescaped = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\b${name}="([^"]*)"`));
  return found === null ? null : unescaped(found[1]);
};

/** The fields of the page's form as the person fills them in. */
const filled = (form) => {
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name === null) continue;
    const typed = { text: login, password: 'any' }[attribute(tag, 'type')];
    fields.set(name, typed ?? attribute(tag, 'value') ?? '');
  }
  return fields;
};

let page = await visit(address);
for (let forms = 0; forms < 10 && does !== 'leaves'; forms += 1) {
  const form = page.html.match(/<form\b[\s\S]*?<\/form>/)?.[0];
  // The client's own page has no form to fill in.
  if (form === undefined || page.status !== 200) break;
  if (does === 'refuses') {
    const abort = page.html.match(/<a\b[^>]*href="([^"]*\/abort)"/)?.[1];
    if (abort === undefined) throw new Error('nothing to refuse with');
    page = await visit(new URL(unescaped(abort), page.url));
  } else {
    page = await visit(new URL(attribute(form, 'action') ?? page.url.href, page.url), filled(form));
  }
}
saw(page.html.replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim());
