package io.walferry.kafka;

import io.walferry.kafka.envelope.TableShape;

/** Where records of a table go, and what they are made of. */
record TableTopic(String topic, TableShape shape) {}
