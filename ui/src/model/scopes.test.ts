import { describe, expect, it } from "vitest";
import { permissionGroups, permissionOf, permissions } from "./scopes.ts";

const APPLICATION =
  "application:read application:write application.auths:read application.webhooks:read application.application_template:read bundle.instance_auths:read document.fetch_request:read event_spec.fetch_request:read api_spec.fetch_request:read fetch-request.auth:read webhook:write";
const RUNTIME =
  "runtime:read runtime:write application:read runtime.auths:read bundle.instance_auths:read runtime.webhooks:read webhook:write";
const INTEGRATION_SYSTEM =
  "application:read application:write application.local_tenant_id:write application.application_template:read application_template:read application_template:write runtime:read runtime:write integration_system:read label_definition:read label_definition:write automatic_scenario_assignment:read integration_system.auths:read application_template.webhooks:read formation.state:write formation:write formation:read internal_visibility:read application.auths:read webhook:write formation_template:read formation_template.webhooks:read";
const OTHERS =
  "tenant:read tenant:write application_global:read application_template.labels:write eventing:manage formation:global_read health_checks:read ory_internal webhooks.auth:read integration_system:write";

const split = (text: string) => text.split(" ");

describe("scopes as phrases", () => {
  it("says reading and changing in one breath", () => {
    expect(permissions(["application:write", "runtime:read", "application:read"]).map(({ phrase }) => phrase)).toEqual([
      "read and change applications",
      "read runtimes",
    ]);
  });

  it.each([
    ["application", APPLICATION],
    ["runtime", RUNTIME],
    ["integration system", INTEGRATION_SYSTEM],
    ["others", OTHERS],
  ])("knows every scope that Compass gives: %s", (_, scopes) => {
    const found = permissions(split(scopes));
    expect(found.filter(({ known }) => !known)).toEqual([]);
    expect(found.flatMap((permission) => permission.scopes).sort()).toEqual(split(scopes).sort());
    expect(new Set(found.map(({ phrase }) => phrase)).size).toBe(found.length);
  });

  it("groups by what they are about, and puts what it can't explain last", () => {
    const groups = permissionGroups(["shop.orders:read", "runtime:read", "application:read", "runtime.auths:read"]);
    expect(groups.map(({ title }) => title)).toEqual(["Runtimes", "Applications", "Other"]);
    expect(groups[0]?.permissions.map(({ phrase }) => phrase)).toEqual(["read runtimes", "read runtimes' credentials"]);
    expect(groups[2]?.permissions).toEqual([
      { phrase: "shop.orders:read", scopes: ["shop.orders:read"], known: false },
    ]);
  });

  it("counts a repeated scope once", () => {
    expect(permissions(["webhook:write", "webhook:write"])[0]?.scopes).toEqual(["webhook:write"]);
  });

  it.each(["application", "application:admin", ":read", "constructor:read", "openid", "", "toString"])(
    "does not guess: %s",
    (scope) => {
      expect(permissionOf(scope)).toBeNull();
    },
  );

  it("has a phrase for one scope alone", () => {
    expect(permissionOf("webhook:write")).toBe("change webhooks");
    expect(permissionOf("eventing:manage")).toBe("change where events are sent");
  });
});
