/** What has to be started before it is of use, and can be closed however far it came. */
export interface Startable {
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The part, once it has started. Where that fails, it is closed before the error is thrown. */
export async function started<Part extends Startable>(part: Part): Promise<Part> {
  try {
    await part.start();
  } catch (error) {
    await part.close();
    throw error;
  }
  return part;
}
