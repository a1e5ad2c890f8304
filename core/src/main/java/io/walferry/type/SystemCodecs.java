package io.walferry.type;

import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import io.walferry.value.CatalogObject;
import io.walferry.value.Money;
import io.walferry.value.TransactionSnapshot;
import io.walferry.value.TupleId;
import io.walferry.value.Xid8;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** PostgreSQL's own matters: transactions, places, objects; and money, which its locale prints. */
final class SystemCodecs {
  static final Codec<Xid> XID =
      new ScalarCodec<>(
          Xid.class,
          in -> new Xid((int) in.digits(1, 0xFFFF_FFFFL)),
          in -> new Xid(in.int32()),
          Xid::toString);

  static final Codec<Xid8> XID8 =
      new ScalarCodec<>(
          Xid8.class,
          in -> new Xid8(in.unsignedLong()),
          in -> new Xid8(in.int64()),
          Xid8::toString);

  static final Codec<Lsn> PG_LSN =
      new ScalarCodec<>(Lsn.class, SystemCodecs::lsn, in -> new Lsn(in.int64()), Lsn::toString);

  static final Codec<TupleId> TID =
      new ScalarCodec<>(
          TupleId.class,
          in -> {
            in.expect('(');
            long block = in.digits(1, 0xFFFF_FFFFL);
            in.expect(',');
            int offset = (int) in.digits(1, 0xFFFF);
            in.expect(')');
            return new TupleId(block, offset);
          },
          in -> new TupleId(in.uint32(), in.uint16()),
          tid -> "(" + tid.block() + "," + tid.offset() + ")");

  static final Codec<TransactionSnapshot> SNAPSHOT =
      new ScalarCodec<>(
          TransactionSnapshot.class,
          SystemCodecs::snapshotText,
          SystemCodecs::snapshotBinary,
          SystemCodecs::print);

  static final Codec<List<Short>> INT2VECTOR =
      vector(
          in -> (short) in.integer(Short.MIN_VALUE, Short.MAX_VALUE),
          in -> (short) in.int16(),
          Short.BYTES);

  static final Codec<List<Long>> OIDVECTOR =
      vector(in -> in.digits(1, 0xFFFF_FFFFL), ByteInput::uint32, Integer.BYTES);

  static final Codec<Money> MONEY =
      new HalfPrinted<>(
          Money.class,
          in -> new Money.Printed(in.text()),
          in -> new Money.Units(in.int64()),
          money ->
              money instanceof Money.Printed(String text) ? Optional.of(text) : Optional.empty());

  static final Codec<CatalogObject> REG =
      new HalfPrinted<>(
          CatalogObject.class,
          in -> new CatalogObject.Named(in.text()),
          in -> new CatalogObject.Numbered(in.uint32()),
          object ->
              object instanceof CatalogObject.Named(String name)
                  ? Optional.of(name)
                  : Optional.empty());

  private SystemCodecs() {}

  /** Only what came as text can be printed again. */
  private record HalfPrinted<T>(
      Class<?> javaType,
      Function<ByteInput, T> text,
      Function<ByteInput, T> binary,
      Function<T, Optional<String>> printer)
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
      return printer.apply(value);
    }

    @Override
    public boolean printsBinary() {
      return false;
    }
  }

  private static Lsn lsn(ByteInput in) {
    long high = half(in);
    in.expect('/');
    return new Lsn(high << 32 | half(in));
  }

  private static long half(ByteInput in) {
    long value = in.hexDigit();
    for (int digits = 1; digits < 8 && in.peek() != '/' && !in.atEnd(); digits++) {
      value = value << 4 | in.hexDigit();
    }
    return value;
  }

  private static TransactionSnapshot snapshotText(ByteInput in) {
    Xid8 min = new Xid8(in.unsignedLong());
    in.expect(':');
    Xid8 max = new Xid8(in.unsignedLong());
    in.expect(':');
    List<Xid8> inProgress = new ArrayList<>();
    while (!in.atEnd()) {
      if (!inProgress.isEmpty()) {
        in.expect(',');
      }
      inProgress.add(new Xid8(in.unsignedLong()));
    }
    return new TransactionSnapshot(min, max, inProgress);
  }

  private static TransactionSnapshot snapshotBinary(ByteInput in) {
    int count = in.int32();
    Xid8 min = new Xid8(in.int64());
    Xid8 max = new Xid8(in.int64());
    if (count < 0 || in.remaining() != 8L * count) {
      throw in.malformed("as many transactions as were counted");
    }
    List<Xid8> inProgress = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      inProgress.add(new Xid8(in.int64()));
    }
    return new TransactionSnapshot(min, max, inProgress);
  }

  private static String print(TransactionSnapshot snapshot) {
    return snapshot.min()
        + ":"
        + snapshot.max()
        + ":"
        + snapshot.inProgress().stream().map(Xid8::toString).collect(Collectors.joining(","));
  }

  /** Numbers with blanks between them; in binary an array of one dimension that starts at 0. */
  private static <T> Codec<List<T>> vector(
      Function<ByteInput, T> text, Function<ByteInput, T> binary, int width) {
    return new ScalarCodec<>(
        List.class,
        in -> {
          List<T> elements = new ArrayList<>();
          while (!in.atEnd()) {
            if (!elements.isEmpty()) {
              in.expect(' ');
            }
            elements.add(text.apply(in));
          }
          return List.copyOf(elements);
        },
        in -> vectorBinary(in, binary, width),
        elements -> elements.stream().map(Object::toString).collect(Collectors.joining(" ")));
  }

  private static <T> List<T> vectorBinary(ByteInput in, Function<ByteInput, T> element, int width) {
    int dimensions = in.int32();
    in.skip(2 * Integer.BYTES); // whether there are NULLs, and the type of the elements
    if (dimensions == 0) {
      return List.of();
    }
    if (dimensions != 1) {
      throw in.malformed("one dimension before it");
    }
    int count = in.int32();
    in.skip(Integer.BYTES);
    if (count < 0 || in.remaining() != (long) count * (Integer.BYTES + width)) {
      throw in.malformed("as many elements as were counted");
    }
    List<T> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (in.int32() != width) {
        throw in.malformed("an element of " + width + " bytes");
      }
      elements.add(element.apply(in));
    }
    return List.copyOf(elements);
  }
}
