package io.walferry.type;

import java.util.Optional;

/**
 * How the values of one scalar type are read in both forms, and printed. An implementation reads to
 * the input's end or throws {@link MalformedValueException}, whatever the bytes are; the caller
 * checks that nothing is left over.
 */
interface Codec<T> {
  Class<?> javaType();

  T fromText(ByteInput in);

  T fromBinary(ByteInput in);

  /** PostgreSQL's own text output of the value; empty if the value does not hold it. */
  Optional<String> toText(T value);

  /** Whether the server can send it in binary. */
  default boolean hasBinary() {
    return true;
  }

  /** Whether a value that came in binary can be printed as the server does. */
  default boolean printsBinary() {
    return hasBinary();
  }
}
