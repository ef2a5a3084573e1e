import CLMKernels
import Synchronization

extension Tensor {
  /// The tensor in another type: itself when the type is the same.
  /// - Parameter type: float32, bfloat16 or float16; rounds to nearest, ties to even.
  /// - Complexity: O(elements).
  public func converted(to type: DType) -> Tensor {
    guard type != dtype else { return self }
    let result = Tensor(shape, dtype: type)
    copy(into: result)
    return result
  }

  /// Copies the elements into `target`, converting them: from any type to float32, bfloat16 or float16, or as
  /// they are.
  public func copy(into target: Tensor) {
    precondition(target.elementCount == elementCount, "copy: \(shape) into \(target.shape)")
    if target.dtype == dtype, dtype.isQuantized {
      return target.pointer.copyMemory(from: pointer, byteCount: byteCount)
    }
    precondition(!target.dtype.isQuantized, "copy: \(dtype.rawValue) into \(target.dtype.rawValue)")
    let (from, to) = (dtype, target.dtype)
    let (source, destination) = (pointer, target.pointer)
    parallel(elementCount, grain: elementGrain, multiple: max(16, from.blockSize)) { range in
      Kernels.table.pointee.convert(
        from.weightType, to.weightType, range.count, source + from.byteCount(of: range.lowerBound),
        destination + range.lowerBound * to.byteCount)
    }
  }

  /// Adds `other` (float32, bfloat16 or float16) to this float32 tensor.
  public func addInPlace(_ other: Tensor) {
    precondition(other.elementCount == elementCount, "add: \(other.shape) to \(shape)")
    let sums = floats
    guard let target = sums.baseAddress else { return }
    let (source, size) = (other.pointer, other.dtype.byteCount)
    parallel(elementCount, grain: elementGrain, multiple: 16) { range in
      Kernels.table.pointee.add(
        other.dtype.weightType, range.count, source + range.lowerBound * size, target + range.lowerBound)
    }
  }

  /// Multiplies this float32 tensor by `factor`.
  public func scaleInPlace(_ factor: Float) {
    guard let target = floats.baseAddress else { return }
    parallel(elementCount, grain: elementGrain, multiple: 16) { range in
      Kernels.table.pointee.scale(range.count, factor, target + range.lowerBound)
    }
  }

  /// Replaces each element x of this float32 tensor by c · tanh(x / c), which lies between −c and c.
  public func softCapInPlace(_ cap: Float) {
    guard let target = floats.baseAddress else { return }
    parallel(elementCount, grain: elementGrain, multiple: 16) { range in
      Kernels.table.pointee.soft_cap(range.count, cap, target + range.lowerBound)
    }
  }

  /// Turns this float32 gradient with respect to `capped`, what ``softCapInPlace(_:)`` gave, into the gradient
  /// with respect to what it was given: times 1 − (y / c)².
  public func softCapGradientInPlace(_ cap: Float, capped: Tensor) {
    precondition(capped.elementCount == elementCount, "soft cap: \(capped.shape) for \(shape)")
    guard let target = floats.baseAddress, let values = capped.floats.baseAddress else { return }
    parallel(elementCount, grain: elementGrain, multiple: 16) { range in
      Kernels.table.pointee.soft_cap_backward(
        range.count, cap, values + range.lowerBound, target + range.lowerBound)
    }
  }

  /// Sum of the squares of a float32 tensor, in double precision and a fixed order.
  public func sumOfSquares() -> Double {
    guard let source = floats.baseAddress else { return 0 }
    let chunk = 1 << 16
    let chunks = (elementCount + chunk - 1) / chunk
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, chunks)) { partial in
      let sums = partial
      fixedChunks(elementCount, chunks: chunks) { range, index in
        sums[index] = Kernels.table.pointee.sum_of_squares(range.count, source + range.lowerBound)
      }
      return (0..<chunks).reduce(0) { $0 + sums[$1] }
    }
  }

  /// Whether no element is NaN or infinite.
  /// - Complexity: O(elements), at the speed of memory.
  public var isFinite: Bool {
    let found = Atomic<Bool>(false)
    let (source, type) = (pointer, dtype)
    parallel(elementCount, grain: 16 * elementGrain, multiple: max(16, type.blockSize)) { range in
      let part = source + type.byteCount(of: range.lowerBound)
      if Kernels.table.pointee.all_finite(type.weightType, range.count, part) == 0 {
        found.store(true, ordering: .relaxed)
      }
    }
    return !found.load(ordering: .relaxed)
  }
}
