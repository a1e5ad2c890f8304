package io.walferry.type;

import io.walferry.type.PgType.MultirangeType;
import io.walferry.type.PgType.RangeType;
import io.walferry.value.Multirange;
import io.walferry.value.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ranges and multiranges of every type. */
final class RangeCodec {
  private static final String EMPTY_TEXT = "empty";

  private static final int EMPTY = 0x01;
  private static final int LOWER_INCLUSIVE = 0x02;
  private static final int UPPER_INCLUSIVE = 0x04;
  private static final int LOWER_UNBOUNDED = 0x08;
  private static final int UPPER_UNBOUNDED = 0x10;
  private static final int KNOWN =
      EMPTY | LOWER_INCLUSIVE | UPPER_INCLUSIVE | LOWER_UNBOUNDED | UPPER_UNBOUNDED;

  private RangeCodec() {}

  /** Reads up to the range's end; what follows is the caller's. */
  static Range fromText(RangeType type, ByteInput in) {
    if (in.skipIf(EMPTY_TEXT)) {
      return Range.Empty.EMPTY;
    }
    boolean lowerInclusive = bracket(in, '[', '(');
    Optional<Object> lower = boundText(type, in);
    in.expect(',');
    Optional<Object> upper = boundText(type, in);
    boolean upperInclusive = bracket(in, ']', ')');
    return new Range.Span(bound(lower, lowerInclusive), bound(upper, upperInclusive));
  }

  private static boolean bracket(ByteInput in, char inclusive, char exclusive) {
    if (in.skipIf(inclusive)) {
      return true;
    }
    in.expect(exclusive);
    return false;
  }

  private static Range.Bound bound(Optional<Object> value, boolean inclusive) {
    if (value.isEmpty()) {
      return Range.Unbounded.UNBOUNDED;
    }
    return inclusive ? new Range.Inclusive(value.get()) : new Range.Exclusive(value.get());
  }

  /** Nothing at all between the marks means that there is no bound. */
  private static Optional<Object> boundText(RangeType type, ByteInput in) {
    if (in.peek() == '"') {
      ByteInput part = Quoted.doubled(in);
      return Optional.of(ValueDecoder.read(type.subtype(), Format.TEXT, part));
    }
    int length = 0;
    while (!endsBound(in.peek(length))) {
      length++;
    }
    ByteInput part = in.part(length);
    return length == 0
        ? Optional.empty()
        : Optional.of(ValueDecoder.read(type.subtype(), Format.TEXT, part));
  }

  private static boolean endsBound(int next) {
    return next == ',' || next == ')' || next == ']' || next == ByteInput.END;
  }

  static Range fromBinary(RangeType type, ByteInput in) {
    int flags = in.next();
    if ((flags & ~KNOWN) != 0) {
      throw in.malformed("known flags before it");
    }
    if ((flags & EMPTY) != 0) {
      return Range.Empty.EMPTY;
    }
    Optional<Object> lower = boundBinary(type, in, (flags & LOWER_UNBOUNDED) != 0);
    Optional<Object> upper = boundBinary(type, in, (flags & UPPER_UNBOUNDED) != 0);
    return new Range.Span(
        bound(lower, (flags & LOWER_INCLUSIVE) != 0), bound(upper, (flags & UPPER_INCLUSIVE) != 0));
  }

  private static Optional<Object> boundBinary(RangeType type, ByteInput in, boolean unbounded) {
    return unbounded
        ? Optional.empty()
        : Optional.of(ValueDecoder.read(type.subtype(), Format.BINARY, in.part(in.int32())));
  }

  static Multirange fromText(MultirangeType type, ByteInput in) {
    List<Range> ranges = new ArrayList<>();
    in.expect('{');
    while (!in.skipIf('}')) {
      if (!ranges.isEmpty()) {
        in.expect(',');
      }
      ranges.add(fromText(type.range(), in));
    }
    return new Multirange(ranges);
  }

  static Multirange fromBinary(MultirangeType type, ByteInput in) {
    int count = in.count(Integer.BYTES + 1);
    List<Range> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ByteInput part = in.part(in.int32());
      ranges.add(fromBinary(type.range(), part));
      part.expectEnd();
    }
    return new Multirange(ranges);
  }

  static Optional<String> print(RangeType type, Range range) {
    return switch (range) {
      case Range.Empty ignored -> Optional.of(EMPTY_TEXT);
      case Range.Span(Range.Bound lower, Range.Bound upper) ->
          print(type, lower)
              .flatMap(
                  from ->
                      print(type, upper)
                          .map(
                              to ->
                                  (lower instanceof Range.Inclusive ? "[" : "(")
                                      + from
                                      + ","
                                      + to
                                      + (upper instanceof Range.Inclusive ? "]" : ")")));
    };
  }

  private static Optional<String> print(RangeType type, Range.Bound bound) {
    return switch (bound) {
      case Range.Unbounded ignored -> Optional.of("");
      case Range.Inclusive(Object value) -> quoted(type, value);
      case Range.Exclusive(Object value) -> quoted(type, value);
    };
  }

  private static Optional<String> quoted(RangeType type, Object value) {
    return ValueText.print(type.subtype(), value).map(text -> Quoted.ifNeeded(text, "()[],"));
  }

  static Optional<String> print(MultirangeType type, Multirange multirange) {
    List<String> ranges = new ArrayList<>();
    for (Range range : multirange.ranges()) {
      Optional<String> text = print(type.range(), range);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      ranges.add(text.get());
    }
    return Optional.of("{" + String.join(",", ranges) + "}");
  }
}
