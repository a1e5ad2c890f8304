package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.Optional;

/**
 * Which tables are meant: {@code shop.orders}, {@code public.*}, {@code *.*}. In both parts {@code
 * *} stands for any characters and {@code ?} for one; nothing else is special and case counts. A
 * part in double quotes is taken literally, so that it may hold a dot, {@code *} or {@code ?}.
 */
public final class TablePattern {
  private final String text;
  private final NamePattern schema;
  private final NamePattern name;

  private TablePattern(String text, NamePattern schema, NamePattern name) {
    this.text = text;
    this.schema = schema;
    this.name = name;
  }

  /**
   * The pattern that the text describes.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}
   */
  public static TablePattern parse(String text) {
    int dot = endOfPart(text, 0);
    if (dot == text.length()) {
      throw invalid(text, "there is no schema: write schema.table, such as public.orders");
    }
    int end = endOfPart(text, dot + 1);
    if (end != text.length()) {
      throw invalid(text, "there is a second dot: put a name that holds a dot into double quotes");
    }
    return new TablePattern(
        text, part(text, 0, dot, "schema"), part(text, dot + 1, text.length(), "table"));
  }

  /** Exactly this table. */
  public static TablePattern of(TableId table) {
    return new TablePattern(
        table.quoted(), NamePattern.literal(table.schema()), NamePattern.literal(table.name()));
  }

  public boolean matches(TableId table) {
    return schema.matches(table.schema()) && name.matches(table.name());
  }

  /** Whether it can only mean one table. */
  public boolean isLiteral() {
    return schema.isLiteral() && name.isLiteral();
  }

  /** The one table that it can mean; empty if there may be others. */
  public Optional<TableId> literal() {
    return isLiteral() ? Optional.of(new TableId(schema.text(), name.text())) : Optional.empty();
  }

  /** The next dot outside quotes, or the end. */
  private static int endOfPart(String text, int from) {
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        return i;
      }
    }
    if (quoted) {
      throw invalid(text, "a double quote is not closed");
    }
    return text.length();
  }

  private static NamePattern part(String text, int from, int to, String what) {
    String part = text.substring(from, to);
    if (part.isBlank() || part.equals("\"\"")) {
      throw invalid(text, "the " + what + " is empty");
    }
    if (!part.contains("\"")) {
      if (!part.equals(part.strip())) {
        throw invalid(text, "there is a space beside the " + what);
      }
      return NamePattern.glob(part);
    }
    String inner = part.length() < 2 ? "" : part.substring(1, part.length() - 1);
    boolean whole = part.startsWith("\"") && part.endsWith("\"") && part.length() > 2;
    if (!whole || inner.replace("\"\"", "").contains("\"")) {
      throw invalid(text, "double quotes must enclose the whole " + what);
    }
    return NamePattern.literal(inner.replace("\"\"", "\""));
  }

  private static WalferryException invalid(String text, String why) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID, "table pattern '" + text + "': " + why);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TablePattern pattern
        && schema.equals(pattern.schema)
        && name.equals(pattern.name);
  }

  @Override
  public int hashCode() {
    return 31 * schema.hashCode() + name.hashCode();
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
