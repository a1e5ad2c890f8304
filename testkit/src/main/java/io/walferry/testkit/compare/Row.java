package io.walferry.testkit.compare;

import java.util.List;
import java.util.Optional;

/** Canonical values in the order of the source's columns; an empty one is NULL. */
record Row(List<Optional<String>> values) {
  Row {
    values = List.copyOf(values);
  }
}
