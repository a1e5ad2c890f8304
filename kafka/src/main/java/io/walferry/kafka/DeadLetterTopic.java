package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The topic of a feed's dead letters. Belongs to one thread. */
record DeadLetterTopic(String name, Cluster cluster) {
  private static final String POLICY = "cleanup.policy";

  /** Nobody has read a letter only because it is old. */
  private static final Map<String, String> CONFIG = Map.of(POLICY, "delete", "retention.ms", "-1");

  /**
   * Makes the topic unless it is there, so that the first letter is not what fails.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} if it could lose a letter's parts
   */
  void ready() {
    if (Optional.ofNullable(cluster.partitions(List.of(name)).get(name)).isEmpty()) {
      cluster.create(List.of(name), 1, CONFIG);
      return;
    }
    String policy = cluster.setting(name, POLICY);
    if (policy.contains("compact")) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Topic %s at %s, which is to hold dead letters: expected %s=delete, got %s, which would"
                  .formatted(name, cluster.display(), POLICY, policy)
              + " keep one part of the letters of a key");
    }
  }
}
