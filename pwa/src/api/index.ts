/**
 * The calls of /api/v1 that the phone makes. Nothing else in the app talks to the server.
 *
 * Every call ends in an Answer (answer.ts) and never throws. Paths and bodies are checked against
 * docs/openapi.yaml by the types that `npm run api` makes of it.
 */

import type { Answer } from "./answer";
import { type ApiOptions, type Caller, callerOf } from "./caller";
import { success } from "./classify";
import type { components } from "./schema.gen";
import * as shapes from "./shapes";

export type { Answer } from "./answer";
export type { Network } from "./transport";

type Schemas = components["schemas"];
export type OperationResults = Schemas["OperationResults"];
export type StoredAttachment = Schemas["StoredAttachment"];

export function createApi(options: ApiOptions) {
  const caller = callerOf(options);
  return { ...sessionCalls(caller), ...syncCalls(caller), ...fileCalls(caller), ...unitCalls(caller), ...peopleCalls(caller) };
}
export type Api = ReturnType<typeof createApi>;

function sessionCalls({ json }: Caller) {
  return {
    signIn: (body: Schemas["SignInRequest"]): Promise<Answer<Schemas["SignedIn"]>> =>
      json(shapes.signedIn, (api) => api.POST("/api/v1/auth/token/", { body })),
    googleOffer: (): Promise<Answer<Schemas["GoogleOffer"]>> =>
      json(shapes.offer, (api) => api.GET("/api/v1/auth/google/")),
    googleSignIn: (body: Schemas["GoogleSignInRequest"]): Promise<Answer<Schemas["SignedIn"]>> =>
      json(shapes.signedIn, (api) => api.POST("/api/v1/auth/google/", { body })),
    signOut: (): Promise<Answer<null>> => json(shapes.nothing, (api) => api.DELETE("/api/v1/auth/token/")),
  };
}

function syncCalls({ json, reply }: Caller) {
  return {
    kegiatanList: (): Promise<Answer<Schemas["KegiatanList"]>> =>
      json(shapes.results, (api) => api.GET("/api/v1/kegiatan/")),
    changes: (kegiatan_id: string, cursor: string | null, limit: number): Promise<Answer<Schemas["Changes"]>> =>
      json(shapes.changes, (api) =>
        api.GET("/api/v1/kegiatan/{kegiatan_id}/changes/", {
          params: { path: { kegiatan_id }, query: { limit, ...(cursor === null ? {} : { cursor }) } },
        }),
      ),
    /** body: the operations as JSON text, so that what was measured is what is sent. */
    operations: (kegiatan_id: string, body: string): Promise<Answer<OperationResults>> =>
      json(
        shapes.operationResults,
        (api) =>
          api.POST("/api/v1/kegiatan/{kegiatan_id}/operations/", {
            params: { path: { kegiatan_id } },
            body: body as unknown as Schemas["OperationsRequest"],
            bodySerializer: () => body,
          }),
        body.length,
      ),
    form: (kegiatan_id: string, version: number): Promise<Answer<Schemas["Form"]>> =>
      json(shapes.form, (api) =>
        api.GET("/api/v1/kegiatan/{kegiatan_id}/form/", { params: { path: { kegiatan_id }, query: { version } } }),
      ),
    /** The text of a data set, as its checksum covers it. */
    master: async (type: string, version: number): Promise<Answer<string>> => {
      const got = await reply((api) =>
        api.GET("/api/v1/masterdata/{type}/{version}/", { params: { path: { type, version } } }),
      );
      if ("kind" in got) return got;
      const list = success<unknown[]>(got, Array.isArray);
      return list.kind === "ok" ? { ...list, value: new TextDecoder().decode(got.bytes) } : list;
    },
  };
}

/** A file on its way; sha256 in hex. */
export interface FileSent {
  assignment: string;
  id: string;
  name: string;
  type: string;
  sha256: string;
}

function fileCalls({ json, reply }: Caller) {
  return {
    attachmentPut: (file: FileSent, blob: Blob): Promise<Answer<StoredAttachment>> =>
      json(
        shapes.stored,
        (api) =>
          api.PUT("/api/v1/assignments/{assignment_id}/attachments/{attachment_id}/", {
            params: { path: { assignment_id: file.assignment, attachment_id: file.id } },
            headers: {
              "Content-Type": file.type,
              "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
              "Repr-Digest": `sha-256=:${base64OfHex(file.sha256)}:`,
            },
            body: blob as unknown as string,
            bodySerializer: () => blob,
          }),
        blob.size,
      ),
    attachmentGet: async (assignment_id: string, attachment_id: string, size: "thumb" | "full"): Promise<Answer<Blob>> => {
      const got = await reply((api) =>
        api.GET("/api/v1/assignments/{assignment_id}/attachments/{attachment_id}/", {
          params: { path: { assignment_id, attachment_id }, query: size === "thumb" ? { size } : {} },
        }),
      );
      if ("kind" in got) return got;
      const type = got.headers.get("Content-Type") ?? "";
      if (type.startsWith("text/html")) return { kind: "not_our_server", status: got.status };
      return { kind: "ok", status: got.status, value: new Blob([got.bytes], { type }), etag: null };
    },
  };
}

function unitCalls({ json }: Caller) {
  return {
    allowedActions: (assignment_id: string): Promise<Answer<Schemas["AllowedActions"]>> =>
      json(shapes.actions, (api) =>
        api.GET("/api/v1/assignments/{assignment_id}/allowed-actions/", { params: { path: { assignment_id } } }),
      ),
    history: (assignment_id: string): Promise<Answer<Schemas["History"]>> =>
      json(shapes.results, (api) =>
        api.GET("/api/v1/assignments/{assignment_id}/history/", { params: { path: { assignment_id } } }),
      ),
    wilayah: (prefix: string): Promise<Answer<Schemas["WilayahList"]>> =>
      json(shapes.results, (api) => api.GET("/api/v1/wilayah/", { params: { query: { prefix } } })),
  };
}

function peopleCalls({ json }: Caller) {
  return {
    invitations: (): Promise<Answer<Schemas["InvitationList"]>> =>
      json(shapes.results, (api) => api.GET("/api/v1/invitations/")),
    invitationAccept: (invitation_id: string): Promise<Answer<Schemas["Invitation"]>> =>
      json(shapes.invitation, (api) =>
        api.POST("/api/v1/invitations/{invitation_id}/accept/", { params: { path: { invitation_id } } }),
      ),
    invitationDecline: (invitation_id: string): Promise<Answer<Schemas["Invitation"]>> =>
      json(shapes.invitation, (api) =>
        api.POST("/api/v1/invitations/{invitation_id}/decline/", { params: { path: { invitation_id } } }),
      ),
  };
}

function base64OfHex(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}
