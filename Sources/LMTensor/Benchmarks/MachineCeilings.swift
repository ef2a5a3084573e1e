import CLMKernels
import LMRuntime

/// What this machine can do at most with the threads of the shared pool and the kernels in use.
///
/// Every other figure is worth comparing with these, measured in the same run: clocks and neighbours change.
public struct MachineCeilings: Sendable, Equatable {
  /// A rate per second, of several repeats.
  public struct Rate: Sendable, Equatable {
    /// The highest: the ceiling.
    public let best: Double
    /// The one in the middle: what the machine gave most of the time.
    public let median: Double
  }

  /// Float32 multiply-adds on registers; operations per second, a multiply-add counted twice.
  public let float32: Rate
  /// Dot products of bf16 pairs with float32 sums; nil where the instruction set has none.
  public let bfloat16: Rate?
  /// Dot products of int8 quadruples with int32 sums; nil where the instruction set has none.
  public let int8: Rate?
  /// Bytes read from memory per second, by the best of all ``ReadPattern``s.
  public let memoryRead: Rate
  /// The best pattern.
  public let readPattern: ReadPattern
  /// What a job costs beside its work.
  public let forkJoin: ForkJoinCost
  /// Threads that worked.
  public let threads: Int
  /// Kernels that were measured.
  public let instructionSet: InstructionSet

  /// Measures all of them.
  /// - Parameters:
  ///   - readBytes: bytes of memory to read, many times the last-level cache.
  ///   - secondsPerRepeat: length of one repeat of arithmetic; short ones find gaps between other programs.
  ///   - repeats: repeats of each kind of arithmetic; a read pattern has three, the best one as many.
  /// - Complexity: about 3 · `repeats` · `secondsPerRepeat`, and reading 100 times `readBytes`.
  public static func measure(
    readBytes: Int = 512 << 20, secondsPerRepeat: Double = 0.01, repeats: Int = 45
  ) -> MachineCeilings {
    let table = Kernels.table.pointee
    func peak(_ loop: PeakLoop) -> Rate { loop.measure(seconds: secondsPerRepeat, repeats: repeats) }
    let (pattern, read) = ReadPattern.best(bytes: readBytes, repeats: repeats)
    return MachineCeilings(
      float32: peak(PeakLoop(table.peak_f32)),
      bfloat16: table.peak_bf16.map { peak(PeakLoop($0)) },
      int8: table.peak_int8.map { peak(PeakLoop($0)) },
      memoryRead: read, readPattern: pattern, forkJoin: ForkJoinCost.measure(),
      threads: ThreadPool.shared.threadCount,
      instructionSet: InstructionSet(rawValue: Int(table.isa.rawValue)) ?? .scalar)
  }

  /// Operations per second at most of products with operands of `precision`: without bf16 products these
  /// are computed as float32 ones.
  public func operations(_ precision: DType) -> Double {
    precision == .bfloat16 ? (bfloat16 ?? float32).best : float32.best
  }
}

extension MachineCeilings.Rate {
  /// Rates of `amount` per run.
  init(_ amount: Double, in timing: RepeatedTiming) {
    self.init(best: amount / timing.best, median: amount / timing.median)
  }
}

/// One of the kernels' loops on registers, run by every thread of the pool at the same time.
private struct PeakLoop {
  typealias Function = @convention(c) (Int, UnsafeMutablePointer<Float>?) -> Int
  let function: Function

  init(_ function: @escaping Function) { self.function = function }

  func measure(seconds: Double, repeats: Int) -> MachineCeilings.Rate {
    let pool = ThreadPool.shared
    let count = Int(LM_PEAK_STATE)
    let state = Tensor([pool.threadCount, count])
    // Below 1, so that repeated multiplication stays finite; all different, so that no two sums are one.
    for index in 0..<state.elementCount {
      state.floats[index] = 0.25 + Float(index % count) / Float(2 * count)
    }
    guard let lanes = state.floats.baseAddress else { preconditionFailure("PeakLoop: no memory") }
    func run(_ rounds: Int) -> (operations: Double, seconds: Double) {
      var operations = 0
      let time = RepeatedTiming.seconds {
        pool.run(pool.threadCount) { part, _ in
          let made = function(rounds, lanes + part * count)
          if part == 0 { operations = made }
        }
      }
      return (Double(operations * pool.threadCount), time)
    }
    var rounds = 1000
    while run(rounds).seconds < seconds / 4 { rounds *= 2 }
    let fitting = max(rounds, Int(Double(rounds) * seconds / run(rounds).seconds))
    let results = (0..<repeats).map { _ in run(fitting) }
    return MachineCeilings.Rate(results[0].operations, in: RepeatedTiming(results.map(\.seconds)))
  }
}
