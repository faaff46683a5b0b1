import { actionsBy, type WorkOf } from "../../src/actions/action";
import type { DriveResult } from "../../src/client";
import { schema } from "./schema";

type DriveWork = WorkOf<typeof schema>;

export const msdMount = actionsBy(schema, "action", {
  mount: async (work) => withImage(await work.pikvm.drive.mount(work.fields.image, mountingIn(work))),
  swap: async (work) => withImage(await work.pikvm.drive.swap(work.fields.image, mountingIn(work))),
  eject: async (work) => withImage(await work.pikvm.drive.eject(timesIn(work))),
  async state({ pikvm, signal }) {
    return withImage({ changed: false, state: await pikvm.drive.getState({ signal }) });
  },
});

const withImage = (result: DriveResult) => ({ ...result, image: result.state.drive?.image?.name ?? null });

function mountingIn(work: DriveWork) {
  const { drive: kind, writable } = work.fields;
  return { kind, writable, ...timesIn(work) };
}

function timesIn({ fields: { timeout, busyRetry }, signal }: DriveWork) {
  return { timeout, busyRetry, signal };
}
