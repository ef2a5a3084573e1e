import LMTensor

/// One kernel on one size: what to run, and how much work that is.
public struct KernelCase {
  /// What a run does, and so which ceiling it is compared with.
  public enum Work: Sendable, Equatable {
    /// Operations on operands of a type; a multiply-add counts as two.
    case operations(Double, DType)
    /// Bytes read and written, each operand once.
    case bytes(Double)
  }

  /// A prepared case: `reset` is not timed, `body` is.
  public struct Run {
    let reset: () -> Void
    let body: () -> Void

    init(reset: @escaping () -> Void = {}, _ body: @escaping () -> Void) {
      self.reset = reset
      self.body = body
    }
  }

  /// The kernel: `product NT`, `norm backward`.
  public let kernel: String
  /// The shape that it comes from.
  public let shape: String
  /// Sizes, for a person.
  public let size: String
  /// Type of the operands.
  public let dtype: DType
  /// Work of one run.
  public let work: Work
  /// Allocates the operands.
  let prepare: () -> Run

  /// What was measured of a case.
  public struct Result: Sendable {
    /// Times of a run.
    public let timing: RepeatedTiming
    /// Work per second of the median run.
    public let rate: Double
    /// ``rate`` as a share of the ceiling. Bytes that stay in caches can exceed that of memory.
    public let shareOfCeiling: Double
  }

  /// Runs the case for at least 60 ms and compares it with `ceilings`.
  public func measure(_ ceilings: MachineCeilings) -> Result {
    let run = prepare()
    let timing = RepeatedTiming.measure(reset: run.reset, run.body)
    let (amount, ceiling) =
      switch work {
      case .operations(let count, let type): (count, ceilings.operations(type))
      case .bytes(let count): (count, ceilings.memoryRead.best)
      }
    let rate = amount / timing.median
    return Result(timing: timing, rate: rate, shareOfCeiling: rate / ceiling)
  }
}
