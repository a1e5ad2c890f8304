package io.walferry.type;

import io.walferry.type.PgType.ArrayType;
import io.walferry.value.PgArray;
import io.walferry.value.PgArray.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Arrays of every type. */
final class ArrayCodec {
  /** {@code MAXDIM}. */
  static final int DIMENSIONS_MAX = 6;

  private static final String NULL = "NULL";

  private ArrayCodec() {}

  static PgArray fromText(ArrayType type, ByteInput in) {
    return new ArrayText(type, in).read();
  }

  static PgArray fromBinary(ArrayType type, ByteInput in) {
    int dimensionCount = in.int32();
    if (dimensionCount < 0 || dimensionCount > DIMENSIONS_MAX) {
      throw in.malformed("at most " + DIMENSIONS_MAX + " dimensions before it");
    }
    in.skip(Integer.BYTES); // whether there are NULLs
    if (in.int32() != type.element().oid()) {
      throw in.malformed("elements of type " + type.element().name() + " before it");
    }
    if (dimensionCount == 0) {
      return PgArray.EMPTY;
    }
    List<Dimension> dimensions = new ArrayList<>(dimensionCount);
    long count = 1;
    for (int i = 0; i < dimensionCount; i++) {
      int length = in.int32();
      dimensions.add(new Dimension(length, in.int32()));
      count *= length;
      // Each element has a length at least; so the product never comes near its own limit.
      if (length <= 0 || count > in.remaining() / Integer.BYTES) {
        throw in.malformed("dimensions that fit the bytes that follow");
      }
    }
    List<Optional<Object>> elements = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      elements.add(element(type, in));
    }
    return new PgArray(dimensions, elements);
  }

  private static Optional<Object> element(ArrayType type, ByteInput in) {
    int length = in.int32();
    return length == -1
        ? Optional.empty()
        : Optional.of(ValueDecoder.read(type.element(), Format.BINARY, in.part(length)));
  }

  static Optional<String> print(ArrayType type, PgArray array) {
    List<String> elements = new ArrayList<>(array.elements().size());
    for (Optional<Object> element : array.elements()) {
      Optional<String> text =
          element.isEmpty()
              ? Optional.of(NULL)
              : ValueText.print(type.element(), element.get()).map(it -> quoted(type, it));
      if (text.isEmpty()) {
        return Optional.empty();
      }
      elements.add(text.get());
    }
    StringBuilder out = new StringBuilder();
    if (array.dimensions().stream().anyMatch(dimension -> dimension.lowerBound() != 1)) {
      for (Dimension dimension : array.dimensions()) {
        int last = dimension.lowerBound() + dimension.length() - 1;
        out.append('[').append(dimension.lowerBound()).append(':').append(last).append(']');
      }
      out.append('=');
    }
    append(out, type, array.dimensions(), elements);
    return Optional.of(out.toString());
  }

  private static void append(
      StringBuilder out, ArrayType type, List<Dimension> dimensions, List<String> elements) {
    out.append('{');
    if (dimensions.size() <= 1) {
      out.append(String.join(Character.toString(type.delimiter()), elements));
    } else {
      int parts = dimensions.getFirst().length();
      int length = elements.size() / parts;
      for (int part = 0; part < parts; part++) {
        out.append(part > 0 ? Character.toString(type.delimiter()) : "");
        append(
            out,
            type,
            dimensions.subList(1, dimensions.size()),
            elements.subList(part * length, (part + 1) * length));
      }
    }
    out.append('}');
  }

  private static String quoted(ArrayType type, String element) {
    boolean plain =
        !element.isEmpty()
            && !element.equalsIgnoreCase(NULL)
            && element
                .chars()
                .noneMatch(c -> "\"\\{} \t\n\u000B\f\r".indexOf(c) >= 0 || c == type.delimiter());
    return plain ? element : '"' + element.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
