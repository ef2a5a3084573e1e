import Dispatch
import LMAttention
import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import Synchronization
import Testing

/// The shared pool and the kernels may be replaced at any moment; an operation ends with those it began with.
/// (Attention once took its scratch from one pool and ran in the next, and wrote beyond it.)
@Suite struct SettingsInFlightTests {
  @Test func `pool and kernels change while attention and products run`() {
    let shape = AttentionShape(heads: 8, keyValueHeads: 8, headWidth: 16)
    let x = sampleTensor([4 * 20, shape.rowWidth], seed: 7)
    let dy = sampleTensor([4 * 20, shape.queryWidth], seed: 8)
    let weight = sampleTensor([37, shape.queryWidth], seed: 9)
    func results() -> [Double] {
      let input = Variable(x), tape = Tape()
      let y = input.attention(shape, ranges: .causal(batch: 4, queries: 20, keys: 20), tape: tape)
      y.addGradient(dy)
      tape.backward()
      let product = Tensor([80, 37])
      MatrixProduct.multiply(
        .rows(of: y.value), .rows(of: weight), precision: .float32, into: MatrixResult(product))
      return doubles(y.value) + doubles(product) + (input.gradient.map(doubles) ?? [])
    }
    withFixedKernels {
      let expected = results()
      let done = Atomic(false)
      let changes = DispatchGroup()
      DispatchQueue.global().async(group: changes) {
        var round = 0
        while !done.load(ordering: .acquiring) {
          ThreadPool.configureShared(threads: [1, 8, 2][round % 3])
          Kernels.select(Kernels.available[round % Kernels.available.count])
          round += 1
        }
        ThreadPool.configureShared(threads: ThreadPool.processorCount)
        Kernels.select(nil)
      }
      for _ in 0..<300 { #expect(relativeError(results(), expected) < 1e-4) }
      done.store(true, ordering: .releasing)
      changes.wait()
    }
  }
}
