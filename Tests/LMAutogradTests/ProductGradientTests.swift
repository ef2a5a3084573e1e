import LMAutograd
import LMTensor
import LMTestSupport
import Testing

@Suite(.serialized) struct ProductGradientTests {
  /// A tied table: rows of it go in, a linear layer with it comes out. 3 tokens on a [40, 24] table: the
  /// gradient is kept as factors with scattered rows.
  private func tied(_ table: Parameter, ids: [Int32]) {
    let tape = Tape()
    let x = table.rows(ids, tape: tape)
    let y = x.linear(table, precision: .float32, tape: tape)
    y.addGradient(sampleTensor([ids.count, 40], seed: 3))
    tape.backward()
  }

  @Test func `rows and squares of a gradient kept as factors are those of the gradient`() {
    onEveryInstructionSet { set in
      let table = Parameter("table", sampleTensor([40, 24], seed: 1), decays: true)
      tied(table, ids: [7, 0, 7])
      guard let squares = table.sumOfSquaresOfProduct() else {
        Issue.record("the gradient was not kept as factors")
        return
      }
      let blocks = [0..<7, 7..<8, 8..<40].flatMap { doubles(table.gradientRows($0) ?? Tensor([0, 24])) }
      let whole = table.gradient.map(doubles) ?? []
      #expect(blocks == whole, "\(set)")
      #expect(table.sumOfSquaresOfProduct() == nil)
      let expected = whole.reduce(0) { $0 + $1 * $1 }
      #expect(abs(squares - expected) < 1e-5 * expected, "\(set)")
    }
  }

  @Test func `a second contribution is added to the factors' product`() {
    let once = Parameter("table", sampleTensor([40, 24], seed: 1), decays: true)
    tied(once, ids: [7, 0, 7])
    let twice = Parameter("table", sampleTensor([40, 24], seed: 1), decays: true)
    for _ in 0..<2 { tied(twice, ids: [7, 0, 7]) }
    #expect(
      relativeError(twice.gradient.map(doubles) ?? [], (once.gradient.map(doubles) ?? []).map { 2 * $0 })
        < 1e-6)
  }

  /// The same arithmetic in the same order: the stored gradient of many tokens and the factors of few agree
  /// bit for bit where the extra tokens have no gradient.
  @Test func `factors give the bits of the stored gradient`() {
    func gradient(padding: Int) -> Tensor? {
      let weight = Parameter("w", sampleTensor([64, 64], seed: 2), decays: true)
      let rows = sampleTensor([4, 64], seed: 5).toArray() + [Float](repeating: 0, count: padding * 64)
      let x = Variable(Tensor(rows, shape: [4 + padding, 64]))
      let tape = Tape()
      let y = x.linear(weight, precision: .float32, tape: tape)
      y.addGradient(
        Tensor(
          sampleTensor([4, 64], seed: 6).toArray() + [Float](repeating: 0, count: padding * 64),
          shape: [4 + padding, 64]))
      tape.backward()
      #expect((weight.sumOfSquaresOfProduct() == nil) == (padding > 0))
      return weight.gradient
    }
    #expect(gradient(padding: 0)?.toArray() == gradient(padding: 60)?.toArray())
  }
}
