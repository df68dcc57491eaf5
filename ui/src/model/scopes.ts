/**
 * What scopes allow, in short human phrases. Compass names them `object:verb` or `object.detail:verb`; the names of
 * all consumer types are known here (contracts: "Scope lists per consumer type"), anything else is shown as it is.
 */
export type Permission = {
  /** "read and change applications"; for an unknown name the name itself. */
  phrase: string;
  /** The scopes behind it, in the order in which they were given. */
  scopes: string[];
  known: boolean;
};
export type PermissionGroup = { title: string; permissions: Permission[] };

type Verb = "read" | "change";
type Thing = { group: string; what: string };

const OBJECTS: Record<string, Thing> = {
  application: { group: "Applications", what: "applications" },
  "application.auths": { group: "Applications", what: "applications' credentials" },
  "application.webhooks": { group: "Applications", what: "applications' webhooks" },
  "application.application_template": { group: "Applications", what: "which template an application came from" },
  "application.local_tenant_id": { group: "Applications", what: "applications' local tenant ids" },
  application_global: { group: "Applications", what: "the applications of all tenants" },
  application_template: { group: "Application templates", what: "application templates" },
  "application_template.labels": { group: "Application templates", what: "labels of application templates" },
  "application_template.webhooks": { group: "Application templates", what: "webhooks of application templates" },
  runtime: { group: "Runtimes", what: "runtimes" },
  "runtime.auths": { group: "Runtimes", what: "runtimes' credentials" },
  "runtime.webhooks": { group: "Runtimes", what: "runtimes' webhooks" },
  integration_system: { group: "Integration systems", what: "integration systems" },
  "integration_system.auths": { group: "Integration systems", what: "integration systems' credentials" },
  "bundle.instance_auths": { group: "APIs and events", what: "the credentials for calling APIs" },
  "api_spec.fetch_request": { group: "APIs and events", what: "where API definitions are fetched from" },
  "event_spec.fetch_request": { group: "APIs and events", what: "where event definitions are fetched from" },
  "document.fetch_request": { group: "APIs and events", what: "where documents are fetched from" },
  "fetch-request.auth": { group: "APIs and events", what: "the credentials for fetching definitions" },
  eventing: { group: "APIs and events", what: "where events are sent" },
  webhook: { group: "Webhooks", what: "webhooks" },
  "webhooks.auth": { group: "Webhooks", what: "the credentials of webhooks" },
  formation: { group: "Formations", what: "formations" },
  "formation.state": { group: "Formations", what: "the state of formations" },
  formation_template: { group: "Formations", what: "formation templates" },
  "formation_template.webhooks": { group: "Formations", what: "webhooks of formation templates" },
  automatic_scenario_assignment: { group: "Formations", what: "automatic assignments to formations" },
  tenant: { group: "Tenants and labels", what: "tenants" },
  label_definition: { group: "Tenants and labels", what: "label definitions" },
  internal_visibility: { group: "Tenants and labels", what: "what is marked as internal" },
  health_checks: { group: "Tenants and labels", what: "health checks" },
};

/** Names that do not follow the pattern. */
const WHOLE: Record<string, Thing & { verb: Verb }> = {
  "formation:global_read": { group: "Formations", what: "the formations of all tenants", verb: "read" },
  "eventing:manage": { group: "APIs and events", what: "where events are sent", verb: "change" },
  ory_internal: { group: "Tenants and labels", what: "everything that Compass does inside", verb: "change" },
};
const VERBS: Record<string, Verb> = { read: "read", write: "change" };
const OTHER = "Other";

/** Permissions by what they are about: reading and changing the same thing is one phrase. */
export function permissionGroups(scopes: readonly string[]): PermissionGroup[] {
  const groups = new Map<string, Map<string, Permission & { verbs: Set<Verb> }>>();
  for (const scope of new Set(scopes)) {
    const thing = thingOf(scope);
    const group = thing?.group ?? OTHER;
    const what = thing?.what ?? scope;
    const permissions = groups.get(group) ?? new Map();
    groups.set(group, permissions);
    const permission = permissions.get(what) ?? { phrase: what, scopes: [], known: thing !== null, verbs: new Set() };
    permissions.set(what, permission);
    permission.scopes.push(scope);
    if (thing) permission.verbs.add(thing.verb);
  }
  // What nobody can explain comes last.
  const other = groups.get(OTHER);
  if (other && groups.delete(OTHER)) groups.set(OTHER, other);
  return [...groups].map(([title, permissions]) => ({
    title,
    permissions: [...permissions].map(([what, { verbs, scopes: names, known }]) => ({
      phrase: known ? `${verbsOf(verbs)} ${what}` : what,
      scopes: names,
      known,
    })),
  }));
}

/** The same without the groups. */
export function permissions(scopes: readonly string[]): Permission[] {
  return permissionGroups(scopes).flatMap((group) => group.permissions);
}

/** The phrase of a single scope, for a box that can be ticked; nothing for an unknown one. */
export function permissionOf(scope: string): string | null {
  const thing = thingOf(scope);
  return thing && `${thing.verb} ${thing.what}`;
}

function thingOf(scope: string): (Thing & { verb: Verb }) | null {
  const colon = scope.lastIndexOf(":");
  const verb = own(VERBS, scope.slice(colon + 1));
  const thing = own(OBJECTS, scope.slice(0, Math.max(0, colon)));
  return own(WHOLE, scope) ?? (thing && verb ? { ...thing, verb } : null);
}

/** A scope may be called `constructor`. */
function own<T>(table: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function verbsOf(verbs: ReadonlySet<Verb>): string {
  return (["read", "change"] as const).filter((verb) => verbs.has(verb)).join(" and ");
}
