package io.walferry.type;

import io.walferry.type.PgType.CompositeType;
import io.walferry.value.Composite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Values of composite types. If the type has been altered since the value was written, its fields
 * may be others than the catalog says; what can be noticed of that is refused.
 */
final class CompositeCodec {
  private CompositeCodec() {}

  static Composite fromText(CompositeType type, ByteInput in) {
    List<Composite.Field> fields = new ArrayList<>(type.fields().size());
    in.expect('(');
    for (PgType.Field field : type.fields()) {
      if (!fields.isEmpty()) {
        in.expect(',');
      }
      fields.add(new Composite.Field(field.name(), fieldText(field, in)));
    }
    in.expect(')');
    return new Composite(fields);
  }

  /** Nothing at all between the marks means NULL. */
  private static Optional<Object> fieldText(PgType.Field field, ByteInput in) {
    if (in.peek() == '"') {
      ByteInput part = Quoted.doubled(in);
      return Optional.of(ValueDecoder.read(field.type(), Format.TEXT, part));
    }
    int length = 0;
    while (!endsField(in.peek(length))) {
      length++;
    }
    ByteInput part = in.part(length);
    return length == 0
        ? Optional.empty()
        : Optional.of(ValueDecoder.read(field.type(), Format.TEXT, part));
  }

  private static boolean endsField(int next) {
    return next == ',' || next == ')' || next == ByteInput.END;
  }

  static Composite fromBinary(CompositeType type, ByteInput in) {
    if (in.int32() != type.fields().size()) {
      throw in.malformed(type.fields().size() + " fields before it");
    }
    List<Composite.Field> fields = new ArrayList<>(type.fields().size());
    for (PgType.Field field : type.fields()) {
      if (in.int32() != field.type().oid()) {
        throw in.malformed("a field of type " + field.type().name() + " before it");
      }
      fields.add(new Composite.Field(field.name(), fieldBinary(field, in)));
    }
    return new Composite(fields);
  }

  private static Optional<Object> fieldBinary(PgType.Field field, ByteInput in) {
    int length = in.int32();
    return length == -1
        ? Optional.empty()
        : Optional.of(ValueDecoder.read(field.type(), Format.BINARY, in.part(length)));
  }

  static Optional<String> print(CompositeType type, Composite composite) {
    if (composite.fields().size() != type.fields().size()) {
      throw new IllegalArgumentException(
          "%d fields for the %d of %s"
              .formatted(composite.fields().size(), type.fields().size(), type.name()));
    }
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < type.fields().size(); i++) {
      Optional<Object> value = composite.fields().get(i).value();
      Optional<String> text =
          value.isEmpty()
              ? Optional.of("")
              : ValueText.print(type.fields().get(i).type(), value.get())
                  .map(it -> Quoted.ifNeeded(it, "(),"));
      if (text.isEmpty()) {
        return Optional.empty();
      }
      fields.add(text.get());
    }
    return Optional.of("(" + String.join(",", fields) + ")");
  }
}
