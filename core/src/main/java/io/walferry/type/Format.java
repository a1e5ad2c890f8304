package io.walferry.type;

/** In which of PostgreSQL's two output forms a value came. */
public enum Format {
  /** What the type's output function gives ({@code typoutput}), in a canonical session. */
  TEXT,
  /** What its send function gives ({@code typsend}). */
  BINARY
}
