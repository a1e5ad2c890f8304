package io.walferry.type;

import io.walferry.type.PgType.ArrayType;
import io.walferry.type.PgType.CompositeType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.PgType.EnumType;
import io.walferry.type.PgType.MultirangeType;
import io.walferry.type.PgType.RangeType;
import io.walferry.type.PgType.ScalarType;
import io.walferry.type.PgType.UnknownType;
import io.walferry.value.Composite;
import io.walferry.value.Multirange;
import io.walferry.value.PgArray;
import io.walferry.value.Range;
import java.util.Optional;

/**
 * Prints Java values exactly as PostgreSQL does in a canonical session, so that two values are
 * equal if their texts are. Pure: safe for any number of threads.
 */
public final class ValueText {
  private ValueText() {}

  /**
   * PostgreSQL's text output of a value that {@link ValueDecoder} gave for this type. Empty if only
   * the server knows it: {@code money}, reg types and unknown types that came in binary, alone or
   * within other types.
   *
   * @throws IllegalArgumentException if the type has no such values
   */
  public static Optional<String> print(PgType type, Object value) {
    return switch (type) {
      case ScalarType scalar -> printScalar(scalar, scalar.kind().codec(), value);
      case ArrayType array -> ArrayCodec.print(array, cast(type, PgArray.class, value));
      case RangeType range -> RangeCodec.print(range, cast(type, Range.class, value));
      case MultirangeType multirange ->
          RangeCodec.print(multirange, cast(type, Multirange.class, value));
      case CompositeType composite ->
          CompositeCodec.print(composite, cast(type, Composite.class, value));
      case EnumType ignored -> Optional.of(cast(type, String.class, value));
      case DomainType domain -> print(domain.base(), value);
      case UnknownType ignored ->
          value instanceof String text ? Optional.of(text) : Optional.empty();
    };
  }

  /**
   * Whether every value of the type that comes in binary can be printed, so that its text is not
   * lost.
   */
  public static boolean printsBinary(PgType type) {
    return switch (type) {
      case ScalarType scalar -> scalar.kind().codec().printsBinary();
      case ArrayType array -> printsBinary(array.element());
      case RangeType range -> printsBinary(range.subtype());
      case MultirangeType multirange -> printsBinary(multirange.range());
      case CompositeType composite ->
          composite.fields().stream().allMatch(field -> printsBinary(field.type()));
      case EnumType ignored -> true;
      case DomainType domain -> printsBinary(domain.base());
      case UnknownType ignored -> false;
    };
  }

  private static <T> Optional<String> printScalar(PgType type, Codec<T> codec, Object value) {
    Object checked = cast(type, codec.javaType(), value);
    @SuppressWarnings(
        "unchecked") // a codec's Java type is its T, as far as that exists at run time
    T own = (T) checked;
    return codec.toText(own);
  }

  private static <T> T cast(PgType type, Class<T> javaType, Object value) {
    if (!javaType.isInstance(value)) {
      throw new IllegalArgumentException(
          "A %s is a %s here, not a %s"
              .formatted(type.name(), javaType.getSimpleName(), value.getClass().getSimpleName()));
    }
    return javaType.cast(value);
  }
}
