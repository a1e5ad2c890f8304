package io.walferry.bench.follow;

import io.walferry.stream.OutputOptions;
import java.util.Locale;

/** The library's stream; every column as the Java value of its type, from text or from binary. */
public final class TypedStreamClient {
  private TypedStreamClient() {}

  /** The form follows what the other clients get. */
  public static void main(String[] arguments) {
    OutputOptions.Form form = OutputOptions.Form.valueOf(arguments[5].toUpperCase(Locale.ROOT));
    TypedColumns columns = new TypedColumns();
    StreamDrain.drain(FollowTask.of(arguments), form, columns);
    System.err.println(columns.kinds() + " columns");
  }
}
