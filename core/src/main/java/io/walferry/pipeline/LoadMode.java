package io.walferry.pipeline;

/** What a feed does about rows that exist before it starts. */
public enum LoadMode {
  /** Reads them under the snapshot at which the stream starts. */
  SNAPSHOT,
  /** Leaves them; the destination has them already, or nobody wants them. */
  NONE
}
