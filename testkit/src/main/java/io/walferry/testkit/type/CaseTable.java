package io.walferry.testkit.type;

import java.util.ArrayList;
import java.util.List;

/** Collects cases in the order in which they are written. */
final class CaseTable {
  /** The oldest version that is supported in full. */
  private static final int OLDEST = 14;

  private final List<TypeCase> cases = new ArrayList<>();

  /** Values that are printed as they are written. */
  CaseTable same(String type, String... texts) {
    for (String text : texts) {
      cases.add(new TypeCase(type, text, text, OLDEST));
    }
    return this;
  }

  /** A value that is printed in another way. */
  CaseTable printed(String type, String input, String text) {
    cases.add(new TypeCase(type, input, text, OLDEST));
    return this;
  }

  CaseTable since(int major, String type, String input, String text) {
    cases.add(new TypeCase(type, input, text, major));
    return this;
  }

  List<TypeCase> toList() {
    return List.copyOf(cases);
  }
}
