import LMTensor

/// One place and moment where elements are dropped: equal streams drop equal elements.
public struct DropoutStream: Sendable, Equatable {
  /// Probability of an element to be dropped, in `0 ..< 1`.
  public let probability: Float
  /// Names the run, the step and the operation.
  public let seed: UInt64

  /// A stream for one operation of one step.
  public init(probability: Float, seed: UInt64) {
    self.probability = probability
    self.seed = seed
  }
}

extension Variable {
  /// y = x · mask / (1 − p) (Srivastava et al. 2014). The mask is a function of the stream and the element's
  /// index only, so it is the same for any number of threads and is computed again in backward.
  public func dropout(_ stream: DropoutStream?, tape: Tape?) -> Variable {
    guard let stream, stream.probability > 0 else { return self }
    let output = Variable(value.droppedOut(stream))
    tape?.record(output) { self.addGradient($0.droppedOut(stream)) }
    return output
  }

  /// y = x + other, float32.
  public func adding(_ other: Variable, tape: Tape?) -> Variable {
    let sum = Tensor(value.shape)
    value.copy(into: sum)
    sum.addInPlace(other.value)
    let output = Variable(sum)
    tape?.record(output) { gradient in
      let copy = Tensor(other.value.shape, dtype: other.value.dtype)
      gradient.copy(into: copy)
      other.addGradient(copy)
      self.addGradient(gradient)
    }
    return output
  }

  /// y = factor · x, float32.
  public func scaled(_ factor: Float, tape: Tape?) -> Variable {
    guard factor != 1 else { return self }
    let product = Tensor(value.shape)
    value.copy(into: product)
    product.scaleInPlace(factor)
    let output = Variable(product)
    tape?.record(output) { gradient in
      let wide = gradient.converted(to: .float32)
      wide.scaleInPlace(factor)
      self.addGradient(wide)
    }
    return output
  }
}

extension Tensor {
  fileprivate func droppedOut(_ stream: DropoutStream) -> Tensor {
    let result = Tensor(shape, dtype: dtype)
    parallel(elementCount, grain: elementGrain, multiple: 32) { range in
      let bytes = range.lowerBound * dtype.byteCount
      Kernels.table.pointee.dropout(
        dtype.kernelType, range.count, pointer + bytes, result.pointer + bytes, stream.seed,
        UInt64(range.lowerBound), stream.probability)
    }
    return result
  }
}
