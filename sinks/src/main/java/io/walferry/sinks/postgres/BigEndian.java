package io.walferry.sinks.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whole numbers in the order of bytes that the server reads. */
final class BigEndian {
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static void put(byte[] target, int at, int value) {
    INT32.set(target, at, value);
  }
}
