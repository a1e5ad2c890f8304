package io.walferry.cli;

import io.walferry.publication.TablePattern;
import io.walferry.sink.KeptLetter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which letters somebody means: by their numbers, or all of some tables. */
final class LetterChoice {
  private final Set<Long> ids = new HashSet<>();
  private final List<TablePattern> tables = new ArrayList<>();

  /**
   * What was said; nothing stands for all letters.
   *
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID}
   */
  LetterChoice(List<String> words) {
    for (String word : words) {
      if (word.matches("[0-9]{1,18}")) {
        ids.add(Long.parseLong(word));
      } else {
        tables.add(TablePattern.parse(word));
      }
    }
  }

  boolean means(KeptLetter letter) {
    return (ids.isEmpty() && tables.isEmpty())
        || ids.contains(letter.id())
        || tables.stream().anyMatch(it -> it.matches(letter.letter().table()));
  }
}
