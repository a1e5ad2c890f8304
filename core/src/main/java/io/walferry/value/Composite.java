package io.walferry.value;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A value of a composite type. A field that is NULL is empty. */
public record Composite(List<Field> fields) {
  public record Field(String name, Optional<Object> value) {}

  public Composite {
    fields = List.copyOf(fields);
  }

  /**
   * The value of a field.
   *
   * @throws NoSuchElementException if there is no field of that name
   */
  public Optional<Object> value(String name) {
    for (Field field : fields) {
      if (field.name().equals(name)) {
        return field.value();
      }
    }
    throw new NoSuchElementException("No field " + name);
  }
}
