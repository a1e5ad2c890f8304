package io.walferry.sinks.mysql;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A parameter of a statement. Numbers are bound as numbers, for a key that is compared with a text
 * is compared by floating-point numbers; floats as text, since a number that is negative zero would
 * lose its sign.
 */
final class ParameterValue implements ValueTarget {
  private final ValueForm form;
  private Optional<Object> value = Optional.empty();

  ParameterValue(ValueForm form) {
    this.form = form;
  }

  @Override
  public void none() {
    value = Optional.empty();
  }

  @Override
  public void text(byte[] bytes, int start, int length) {
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    value =
        Optional.of(
            switch (form) {
              case TRUTH, INTEGER -> Long.valueOf(text);
              case DECIMAL -> new BigDecimal(text);
              case BYTES -> HexFormat.of().parseHex(text);
              case TEXT, FLOAT, DATE, TIME, TIMESTAMP, ZONED -> text;
            });
  }

  void bind(PreparedStatement statement, int index) throws SQLException {
    if (value.isPresent()) {
      statement.setObject(index, value.get());
    } else {
      statement.setNull(index, Types.NULL);
    }
  }
}
