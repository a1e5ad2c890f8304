package io.walferry.pipeline;

import io.walferry.change.Column;
import java.util.Set;

/**
 * Whether a column that was given another type has rows that print as before. Expressions by which
 * the source may have changed values on the way (USING) are nowhere to be seen.
 */
final class TypeChange {
  private static final Set<Integer> WHOLE_NUMBERS = Set.of(20, 21, 23);
  private static final Set<Integer> TEXTS = Set.of(25, 1043);
  private static final int NUMERIC = 1700;
  private static final int UNLIMITED = -1;
  private static final int NUMERIC_SCALE_MASK = 0x7FF;
  private static final int NUMERIC_MODIFIER_BASE = 4;

  private TypeChange() {}

  static boolean isNone(Column was, Column now) {
    return was.typeOid() == now.typeOid() && was.typeModifier() == now.typeModifier();
  }

  static boolean keepsText(Column was, Column now) {
    return isNone(was, now)
        || (WHOLE_NUMBERS.contains(was.typeOid()) && WHOLE_NUMBERS.contains(now.typeOid()))
        || (TEXTS.contains(was.typeOid()) && TEXTS.contains(now.typeOid()))
        || (was.typeOid() == NUMERIC && now.typeOid() == NUMERIC && keepsScale(was, now));
  }

  private static boolean keepsScale(Column was, Column now) {
    return now.typeModifier() == UNLIMITED
        || (was.typeModifier() != UNLIMITED && scale(was) == scale(now));
  }

  private static int scale(Column numeric) {
    return (numeric.typeModifier() - NUMERIC_MODIFIER_BASE) & NUMERIC_SCALE_MASK;
  }
}
