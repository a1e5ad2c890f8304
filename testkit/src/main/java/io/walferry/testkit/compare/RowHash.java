package io.walferry.testkit.compare;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** 128 bits that stand for all values of a row. */
record RowHash(long high, long low) {
  private static final int NULL_LENGTH = -1;

  static RowHash of(Row row) {
    MessageDigest digest = md5();
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    for (Optional<String> value : row.values()) {
      byte[] bytes = value.orElse("").getBytes(StandardCharsets.UTF_8);
      digest.update(length.putInt(0, value.isPresent() ? bytes.length : NULL_LENGTH).array());
      digest.update(bytes);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new RowHash(hash.getLong(), hash.getLong());
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5", e);
    }
  }
}
