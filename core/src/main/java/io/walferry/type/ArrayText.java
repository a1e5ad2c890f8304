package io.walferry.type;

import io.walferry.type.PgType.ArrayType;
import io.walferry.value.PgArray;
import io.walferry.value.PgArray.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads one array from its text, such as {@code [0:1]={a,"b c"}}. For one use. */
final class ArrayText {
  private final ArrayType type;
  private final ByteInput in;
  private final List<Optional<Object>> elements = new ArrayList<>();

  /** By depth: how long each list there is; -1 until the first one of them has ended. */
  private final int[] lengths = new int[ArrayCodec.DIMENSIONS_MAX];

  /** How deep the elements are; 0 until there is one. */
  private int depth;

  ArrayText(ArrayType type, ByteInput in) {
    this.type = type;
    this.in = in;
    Arrays.fill(lengths, -1);
  }

  PgArray read() {
    List<Dimension> stated = statedDimensions();
    if (stated.isEmpty() && in.skipIf("{}")) {
      return PgArray.EMPTY;
    }
    list(0);
    if (stated.isEmpty()) {
      List<Dimension> dimensions = new ArrayList<>(depth);
      for (int i = 0; i < depth; i++) {
        dimensions.add(new Dimension(lengths[i], 1));
      }
      return new PgArray(dimensions, elements);
    }
    boolean fits = stated.size() == depth;
    for (int i = 0; fits && i < depth; i++) {
      fits = stated.get(i).length() == lengths[i];
    }
    if (!fits) {
      throw in.malformed("elements as the bounds say before it");
    }
    return new PgArray(stated, elements);
  }

  /** {@code [2:3][0:1]=}, if a dimension does not start at 1. */
  private List<Dimension> statedDimensions() {
    List<Dimension> dimensions = new ArrayList<>();
    while (dimensions.size() < ArrayCodec.DIMENSIONS_MAX && in.skipIf('[')) {
      long first = in.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
      in.expect(':');
      long length = in.integer(Integer.MIN_VALUE, Integer.MAX_VALUE) - first + 1;
      in.expect(']');
      if (length < 1 || length > Integer.MAX_VALUE) {
        throw in.malformed("an upper bound that is not below the lower one before it");
      }
      dimensions.add(new Dimension((int) length, (int) first));
    }
    if (!dimensions.isEmpty()) {
      in.expect('=');
    }
    return dimensions;
  }

  /** A list of lists or of elements; all lists of one depth are alike. */
  private void list(int at) {
    in.expect('{');
    if (at == ArrayCodec.DIMENSIONS_MAX) {
      throw in.malformed("at most " + ArrayCodec.DIMENSIONS_MAX + " dimensions");
    }
    int length = 0;
    do {
      if (in.peek() == '{') {
        list(at + 1);
      } else {
        element(at + 1);
      }
      length++;
    } while (in.skipIf(type.delimiter()));
    in.expect('}');
    if (lengths[at] >= 0 && lengths[at] != length) {
      throw in.malformed("lists of the same length before it");
    }
    lengths[at] = length;
  }

  private void element(int at) {
    if (depth != 0 && depth != at) {
      throw in.malformed("elements of the same depth");
    }
    depth = at;
    if (in.peek() == '"') {
      elements.add(Optional.of(decoded(Quoted.backslashed(in))));
      return;
    }
    int length = 0;
    while (!endsElement(in.peek(length))) {
      length++;
    }
    if (length == 0) {
      throw in.malformed("an element");
    }
    boolean isNull = length == 4 && in.startsWith("NULL");
    ByteInput part = in.part(length);
    elements.add(isNull ? Optional.empty() : Optional.of(decoded(part)));
  }

  private boolean endsElement(int next) {
    return next == type.delimiter() || next == '}' || next == '{' || next == ByteInput.END;
  }

  private Object decoded(ByteInput element) {
    return ValueDecoder.read(type.element(), Format.TEXT, element);
  }
}
