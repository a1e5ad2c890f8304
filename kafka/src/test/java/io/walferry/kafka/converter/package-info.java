@NullMarked
package io.walferry.kafka.converter;

import org.jspecify.annotations.NullMarked;
