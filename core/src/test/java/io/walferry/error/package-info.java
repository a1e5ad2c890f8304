@NullMarked
package io.walferry.error;

import org.jspecify.annotations.NullMarked;
