import ArgumentParser
import LMRuntime
import LMTensor
import LMTraining

/// `lm bench kernels`: every kernel on the sizes of training, as a share of what the machine can do.
struct BenchKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Measure every kernel on the sizes of training, as shares of the machine's ceilings.",
    discussion: "Figures are medians. Bytes that stay in caches can exceed the ceiling of memory.")

  @Option(help: "Only these sizes: \(KernelCase.sets.joined(separator: ", ")).")
  var shape: String?
  @Option(help: "Only kernels whose name contains this text.") var kernel: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let shape, !KernelCase.sets.contains(shape) {
      throw ValidationError("--shape \(shape) is unknown, use one of those that --help lists")
    }
  }

  func run() throws {
    let cases = (shape.map { [$0] } ?? KernelCase.sets).flatMap(KernelCase.set).filter {
      kernel == nil || $0.kernel.contains(kernel ?? "")
    }
    guard !cases.isEmpty else { throw ValidationError("no kernel's name contains \"\(kernel ?? "")\"") }
    try common.apply()
    let ceilings = MachineCeilings.measure()
    print(common.json ? ceilings.json.text() : KernelTable.heading(ceilings))
    for one in cases {
      let result = one.measure(ceilings)
      print(common.json ? one.json(result).text() : KernelTable.line(one, result))
      trimTensorMemory()
    }
  }
}

extension KernelCase {
  /// The measured case as one object.
  func json(_ result: Result) -> JSON {
    func rounded(_ value: Double, _ steps: Double) -> JSON { .number((value * steps).rounded() / steps) }
    let unit = if case .operations = work { "gflops" } else { "gb_per_second" }
    return [
      "kernel": .string(kernel), "shape": .string(shape), "size": .string(size),
      "type": .string(dtype.shortName),
      "median_ms": rounded(result.timing.median * 1e3, 1e4),
      "best_ms": rounded(result.timing.best * 1e3, 1e4),
      unit: rounded(result.rate * 1e-9, 10), "share_of_ceiling": rounded(result.shareOfCeiling, 1e3),
    ]
  }
}

extension DType {
  /// `f32`, `bf16` and so on.
  var shortName: String { rawValue.lowercased() }
}
