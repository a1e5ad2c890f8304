@NullMarked
package io.walferry.stream;

import org.jspecify.annotations.NullMarked;
