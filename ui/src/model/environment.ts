import type { EnvironmentDefinition, SignInKind, SignInMethod } from "../backend/types.ts";
import { isWebAddress } from "./address.ts";

export const MAX_NAME = 60;
export const MAX_BADGE = 12;

/** What the form begins with; the program knows better as soon as it has looked at an address. */
export function emptyDefinition(directorUrl = ""): EnvironmentDefinition {
  return {
    name: "",
    badge: "TEST",
    colour: "orange",
    guard: "confirm",
    directorUrl,
    connectorUrl: "",
    certificateSecuredDirectorUrl: "",
    certificateSecuredConnectorUrl: "",
    oauthTokenUrl: "",
    tenant: "",
    tenantName: "",
    signIn: methodOf("oidc"),
    caPem: null,
    proxy: { kind: "system" },
    headers: [],
    requestsPerSecond: 10,
  };
}

/** A way to sign in with nothing filled in; what is known of the one before is taken along. */
export function methodOf(kind: SignInKind, before?: SignInMethod): SignInMethod {
  const clientId = before && "clientId" in before ? before.clientId : "";
  const scopes = before && "scopes" in before ? before.scopes : [];
  if (kind === "oidc") return { kind, issuer: "", clientId, scopes, bearer: "automatic", redirectPort: null };
  return kind === "client_credentials" ? { kind, tokenUrl: "", clientId, scopes } : { kind };
}

export type DefinitionFault =
  | "needed"
  | "address"
  | "too_long"
  | "long_name"
  | "not_a_header"
  | "reserved_header"
  | "rate"
  | "port";
/** What stands in the way of saving, by field; `header-0` is the first of the headers. */
export type DefinitionFaults = Record<string, DefinitionFault>;

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** The program sets these itself. */
const RESERVED = /^(authorization|tenant|host|cookie|content-.*)$/i;

export function faultsOf(definition: EnvironmentDefinition): DefinitionFaults {
  const faults: DefinitionFaults = {};
  const address = (field: string, text: string, needed: boolean) => {
    const value = text.trim();
    if (value === "") {
      if (needed) faults[field] = "needed";
    } else if (!value.startsWith("https://") || !isWebAddress(value)) faults[field] = "address";
  };
  if (definition.name.trim() === "") faults["name"] = "needed";
  else if ([...definition.name.trim()].length > MAX_NAME) faults["name"] = "long_name";
  if ([...definition.badge].length > MAX_BADGE) faults["badge"] = "too_long";
  address("directorUrl", definition.directorUrl, true);
  address("connectorUrl", definition.connectorUrl, false);
  address(
    "certificateSecuredDirectorUrl",
    definition.certificateSecuredDirectorUrl,
    definition.signIn.kind === "client_certificate",
  );
  address("certificateSecuredConnectorUrl", definition.certificateSecuredConnectorUrl, false);
  address("oauthTokenUrl", definition.oauthTokenUrl, false);
  signInFaults(definition.signIn, faults);
  if (definition.proxy.kind === "url" && !isWebAddress(definition.proxy.url.trim())) faults["proxy"] = "address";
  for (const [at, { name }] of definition.headers.entries()) {
    if (!HEADER.test(name.trim())) faults[`header-${at}`] = "not_a_header";
    else if (RESERVED.test(name.trim())) faults[`header-${at}`] = "reserved_header";
  }
  const rate = definition.requestsPerSecond;
  if (!Number.isInteger(rate) || rate < 1 || rate > 100) faults["rate"] = "rate";
  return faults;
}

function signInFaults(method: SignInMethod, faults: DefinitionFaults): void {
  if (!("clientId" in method)) return;
  if (method.clientId.trim() === "") faults["clientId"] = "needed";
  const [field, service] = method.kind === "oidc" ? ["issuer", method.issuer] : ["tokenUrl", method.tokenUrl];
  // A sign-in service of this computer may speak plain HTTP; the program refuses any other.
  if (service.trim() === "") faults[field] = "needed";
  else if (!isWebAddress(service.trim())) faults[field] = "address";
  const port = method.kind === "oidc" ? method.redirectPort : null;
  if (port !== null && (!Number.isInteger(port) || port < 1 || port > 65_535)) faults["redirectPort"] = "port";
}

/** The last certificate of a chain in PEM: the one that says who vouches for it. */
export function lastCertificate(pem: string): string | null {
  const all = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  return all ? `${all.at(-1)}\n` : null;
}

/** How many certificates are in a PEM text. */
export const certificatesIn = (pem: string): number => pem.split("-----BEGIN CERTIFICATE-----").length - 1;
