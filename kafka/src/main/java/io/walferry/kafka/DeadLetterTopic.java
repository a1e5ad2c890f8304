package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic of a feed's dead letters. Belongs to one thread. */
record DeadLetterTopic(String name, Cluster cluster) {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterTopic.class);
  private static final String POLICY = "cleanup.policy";
  private static final String AGE = "retention.ms";
  private static final String SIZE = "retention.bytes";
  private static final String NEVER = "-1";

  /** Nobody has read a letter only because it is old, or because many came after it. */
  private static final Map<String, String> CONFIG =
      Map.of(POLICY, "delete", AGE, NEVER, SIZE, NEVER);

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
    for (String limit : List.of(AGE, SIZE)) {
      String found = cluster.setting(name, limit);
      if (!NEVER.equals(found)) {
        LOG.warn(
            "Topic {} at {} holds dead letters, and loses them by {}={}; set {}={} to keep them",
            name,
            cluster.display(),
            limit,
            found,
            limit,
            NEVER);
      }
    }
  }
}
