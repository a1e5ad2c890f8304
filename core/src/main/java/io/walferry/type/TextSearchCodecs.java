package io.walferry.type;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * {@code tsvector} and {@code tsquery}, whose value is their text. Their binary form has a
 * structure of its own, from which the same text is made.
 */
final class TextSearchCodecs {
  static final Codec<String> TSVECTOR =
      new ScalarCodec<>(
          String.class, ByteInput::text, TextSearchCodecs::vectorBinary, text -> text);

  static final Codec<String> TSQUERY =
      new ScalarCodec<>(String.class, ByteInput::text, TextSearchCodecs::queryBinary, text -> text);

  /** A weight is two bits; none is printed for the last one. */
  private static final String[] WEIGHTS = {"", "C", "B", "A"};

  private static final int POSITION_MASK = 0x3FFF;

  private static final int OPERAND = 1;
  private static final int OPERATOR = 2;
  private static final int NOT = 1;
  private static final int AND = 2;
  private static final int OR = 3;
  private static final int PHRASE = 4;

  /** By operator: how tightly it binds. */
  private static final int[] PRIORITIES = {0, 4, 2, 1, 3};

  private static final int OPERAND_PRIORITY = 5;

  private TextSearchCodecs() {}

  private static String vectorBinary(ByteInput in) {
    int lexemes = in.count(3);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lexemes; i++) {
      out.append(i > 0 ? " " : "").append(quoted(in.zeroTerminated()));
      int positions = in.uint16();
      for (int j = 0; j < positions; j++) {
        int position = in.uint16();
        out.append(j == 0 ? ':' : ',').append(position & POSITION_MASK);
        out.append(WEIGHTS[position >> 14]);
      }
    }
    return out.toString();
  }

  private static String quoted(String lexeme) {
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  /** A part of a query, printed. */
  private record Part(StringBuilder text, int priority, boolean phrase) {
    Part(String operand) {
      this(new StringBuilder(operand), OPERAND_PRIORITY, false);
    }

    StringBuilder within(int outer, boolean rightOfPhrase) {
      return priority < outer || (phrase && rightOfPhrase)
          ? text.insert(0, "( ").append(" )")
          : text;
    }
  }

  private record Item(int operator, int distance, String operand) {}

  /**
   * An operator comes before its right operand, and that before the left one. Read from its end,
   * the list has the operands before their operator.
   */
  private static String queryBinary(ByteInput in) {
    List<Item> items = new ArrayList<>();
    for (int left = in.count(3); left > 0; left--) {
      items.add(item(in));
    }
    Deque<Part> parts = new ArrayDeque<>();
    for (Item item : items.reversed()) {
      if (item.operator == 0) {
        parts.push(new Part(item.operand));
        continue;
      }
      if (parts.size() < (item.operator == NOT ? 1 : 2)) {
        throw in.malformed("an operand for each place of an operator before it");
      }
      parts.push(item.operator == NOT ? negated(parts.pop()) : joined(item, parts));
    }
    if (parts.size() > 1) {
      throw in.malformed("one query before it");
    }
    return parts.isEmpty() ? "" : parts.pop().text.toString();
  }

  private static Item item(ByteInput in) {
    return switch (in.next()) {
      case OPERAND -> {
        int weights = in.next();
        boolean prefix = in.next() != 0;
        yield new Item(0, 0, operand(in.zeroTerminated(), weights, prefix));
      }
      case OPERATOR -> {
        int operator = in.next();
        if (operator < NOT || operator > PHRASE) {
          throw in.malformed("a known operator before it");
        }
        yield new Item(operator, operator == PHRASE ? in.uint16() : 0, "");
      }
      default -> throw in.malformed("an operand or an operator before it");
    };
  }

  private static String operand(String lexeme, int weights, boolean prefix) {
    StringBuilder out = new StringBuilder(quoted(lexeme));
    out.append(weights != 0 || prefix ? ":" : "").append(prefix ? "*" : "");
    for (int weight = WEIGHTS.length - 1; weight >= 0; weight--) {
      if ((weights & 1 << weight) != 0) {
        out.append("DCBA".charAt(weight));
      }
    }
    return out.toString();
  }

  private static Part negated(Part operand) {
    StringBuilder text = operand.within(PRIORITIES[NOT], false).insert(0, '!');
    return new Part(text, PRIORITIES[NOT], false);
  }

  /** Takes the right operand first: it was pushed last. */
  private static Part joined(Item item, Deque<Part> parts) {
    int priority = PRIORITIES[item.operator];
    boolean phrase = item.operator == PHRASE;
    StringBuilder right = parts.pop().within(priority, phrase);
    StringBuilder left = parts.pop().within(priority, false);
    String sign =
        switch (item.operator) {
          case AND -> " & ";
          case OR -> " | ";
          default -> item.distance == 1 ? " <-> " : " <" + item.distance + "> ";
        };
    return new Part(left.append(sign).append(right), priority, phrase);
  }
}
