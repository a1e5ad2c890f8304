package io.walferry.transform.value;

/** Makes another text of a value's text, always the same one. For any threads. */
public sealed interface ValueTransform permits Hmac, Mask, Tokeniser {
  /**
   * What takes the place of a value that is not NULL.
   *
   * @param text as PostgreSQL prints the value
   */
  String apply(String text);

  /** Whether different values stay different, so that rows can still be told apart by them. */
  boolean keepsApart();

  /** How configurations call it. */
  String word();
}
