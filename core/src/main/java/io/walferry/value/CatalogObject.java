package io.walferry.value;

/**
 * A {@code regclass}, {@code regtype} or another reference to the source's catalog. Text gives the
 * object's name, binary its number; only that catalog can turn one into the other.
 */
public sealed interface CatalogObject {
  /** From text: the name, or the number if there is no such object, or {@code -} for none. */
  record Named(String name) implements CatalogObject {}

  /** From binary. */
  record Numbered(long oid) implements CatalogObject {}
}
