package io.walferry.type;

import java.util.Optional;
import java.util.function.Function;

/** A codec that is put together from three functions. */
record ScalarCodec<T>(
    Class<?> javaType,
    Function<ByteInput, T> text,
    Function<ByteInput, T> binary,
    Function<T, String> printer)
    implements Codec<T> {
  @Override
  public T fromText(ByteInput in) {
    return text.apply(in);
  }

  @Override
  public T fromBinary(ByteInput in) {
    return binary.apply(in);
  }

  @Override
  public Optional<String> toText(T value) {
    return Optional.of(printer.apply(value));
  }
}
